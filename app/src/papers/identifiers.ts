// Reads identifiers from pasted text: arXiv ids of both generations, DOIs, and the web addresses that contain them.
// String operations only; nothing is looked up. Forms: arXiv's identifier scheme, DOI handbook 2.2.

export interface ArxivId {
  /** Without version and without the subject class of old ids: `2503.11731`, `math/0611800`. */
  readonly id: string;
  /** `v3` → 3. */
  readonly version?: number;
}

/** The identifiers in one string. Both may be present (a DOI that arXiv registered). */
export interface Identifiers {
  readonly arxiv?: ArxivId;
  /** Lower case, without resolver or prefix: `10.18653/v1/2020.acl-main.1`. */
  readonly doi?: string;
}

/** Archives with ids from before April 2007; any other word before a slash is not an arXiv id. */
const OLD_ARCHIVES = new Set(
  (
    'acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga ' +
    'funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph ' +
    'q-alg q-bio quant-ph solv-int supr-con'
  ).split(' '),
);

const NEW_ID = /^(\d{2})(\d{2})\.(\d{4,5})(?:v([1-9]\d{0,2}))?$/;
const OLD_ID = /^([a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?\/(\d{2})(\d{2})(\d{3})(?:v([1-9]\d{0,2}))?$/i;
const DOI = /^10\.\d{4,9}(?:\.\d+)*\/[^\s\p{Cc}\p{Cs}]+$/u;
const ARXIV_DOI = /^10\.48550\/arxiv\.(.+)$/i;
/** Sites whose path holds an arXiv id after one of these words. */
const ARXIV_PATH = /^(?:abs|pdf|html|ps|src|e-print|format|papers|paper|overview|a|arxiv|forum|resources)\/(.+)$/i;
const ARXIV_HOST = /(?:^|\.)(?:arxiv\.org|huggingface\.co|hf\.co|alphaxiv\.org|ar5iv\.org|scholar\.archive\.org)$/i;
const DOI_HOST = /^(?:dx\.|www\.)?doi\.org$/i;

/**
 * Reads an arXiv id in any common form: bare, with version, `arXiv:` prefix, arXiv's DOI, or an abs/pdf/html address
 * (arXiv, its mirrors, Hugging Face, alphaXiv, ar5iv). undefined when `text` is anything else.
 */
export function parseArxivId(text: string): ArxivId | undefined {
  return identify(text).arxiv;
}

/** Reads a DOI: bare, `doi:` prefix, or a doi.org address; also publishers' `/doi/10.…` paths. */
export function parseDoi(text: string): string | undefined {
  return identify(text).doi;
}

/** All identifiers in one pasted string; empty when it is neither id nor address. */
export function identify(text: string): Identifiers {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > 500 || /\s/.test(trimmed)) return spaced(trimmed);
  const url = asUrl(trimmed);
  if (url !== undefined) return fromUrl(url);
  return fromBare(trimmed);
}

/** `arXiv: 2503.11731`, `doi: 10.1/x`: the only legal places of a blank. */
function spaced(text: string): Identifiers {
  const match = /^(arxiv|doi)\s*:\s*(\S+)$/i.exec(text);
  return match?.[2] === undefined ? {} : fromBare(`${match[1]}:${match[2]}`);
}

function fromBare(text: string): Identifiers {
  const bare = text.replace(/^(?:arxiv|doi|oai:arxiv\.org)\s*:\s*/i, '');
  const arxiv = bareArxiv(bare);
  if (arxiv !== undefined) return { arxiv };
  return bareDoi(bare);
}

function bareArxiv(text: string): ArxivId | undefined {
  const recent = NEW_ID.exec(text);
  if (recent !== null) {
    const [, year = '', month = '', number = '', version] = recent;
    const digits = Number(year) >= 15 ? 5 : 4; // five digits from 1501 on
    if (!isMonth(month) || number.length !== digits || Number(year + month) < 704) return undefined;
    return versioned(`${year}${month}.${number}`, version);
  }
  const old = OLD_ID.exec(text);
  if (old === null) return undefined;
  const [, archive = '', year = '', month = '', number = '', version] = old;
  if (!OLD_ARCHIVES.has(archive.toLowerCase()) || !isMonth(month)) return undefined;
  return versioned(`${archive.toLowerCase()}/${year}${month}${number}`, version);
}

function bareDoi(text: string): Identifiers {
  const clean = text.replace(/[.,;)\]}>"']+$/, '');
  if (!DOI.test(clean)) return {};
  const doi = clean.toLowerCase();
  const registered = ARXIV_DOI.exec(doi);
  const arxiv = registered?.[1] === undefined ? undefined : bareArxiv(registered[1]);
  return arxiv === undefined ? { doi } : { doi, arxiv };
}

function fromUrl(url: URL): Identifiers {
  const path = decoded(url.pathname).replace(/^\/+|\/+$/g, '');
  if (DOI_HOST.test(url.hostname)) return bareDoi(path);
  if (ARXIV_HOST.test(url.hostname)) {
    const inner = ARXIV_PATH.exec(path)?.[1];
    const arxiv = inner === undefined ? undefined : bareArxiv(inner.replace(/\.(?:pdf|ps|md|bib)$/i, ''));
    return arxiv === undefined ? {} : { arxiv };
  }
  const doi = /(?:^|\/)(?:doi\/(?:abs\/|full\/|pdf\/)?)(10\.\d{4,9}\/.+)$/i.exec(path)?.[1];
  return doi === undefined ? {} : bareDoi(doi);
}

function asUrl(text: string): URL | undefined {
  const withScheme = /^https?:\/\//i.test(text)
    ? text
    : /^(?:www\.|(?:dx\.)?doi\.org\/|(?:[a-z]+\.)?arxiv\.org\/|(?:www\.)?alphaxiv\.org\/|huggingface\.co\/)/i.test(text)
      ? `https://${text}`
      : undefined;
  if (withScheme === undefined || !URL.canParse(withScheme)) return undefined;
  return new URL(withScheme);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a lone % is legal in pasted text
  }
}

function versioned(id: string, version: string | undefined): ArxivId {
  return version === undefined ? { id } : { id, version: Number(version) };
}

function isMonth(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 12;
}
