// What stands around the transformer of a sentence encoder: pooling, normalisation, prefixes, length. Read from the files of the
// sentence-transformers library; where they say nothing of prefixes, from the model's own documentation by its name.

import { EngineError } from '../../core/errors.ts';
import type { HeadConfig, Pooling } from '../../network/index.ts';
import { badFile, Members, type ReadModelFile, readJson, readJsonValue } from './model-files.ts';

export interface SentenceConfig {
  readonly head: HeadConfig;
  readonly prefixes: { readonly query: string; readonly document: string };
  /** Tokens read of a text; undefined: as many as there are positions. */
  readonly length: number | undefined;
}

const POOLING_MODES: Readonly<Record<string, Pooling>> = {
  pooling_mode_cls_token: 'first',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_max_tokens: 'max',
  pooling_mode_lasttoken: 'last',
};
const OTHER_MODES = ['pooling_mode_mean_sqrt_len_tokens', 'pooling_mode_weightedmean_tokens'];

/** Prefixes that the authors of a family ask for and that its files do not state. */
const FAMILIES: readonly { readonly name: RegExp; readonly query: string; readonly document: string }[] = [
  { name: /(^|[/_-])e5-(small|base|large)/i, query: 'query: ', document: 'passage: ' },
  {
    name: /(^|[/_-])bge-(small|base|large)-en/i,
    query: 'Represent this sentence for searching relevant passages: ',
    document: '',
  },
];

/** `name`: the model's name or folder, for families whose files do not state their prefixes. */
export async function readSentenceConfig(read: ReadModelFile, name: string): Promise<SentenceConfig> {
  const modules = await readJsonValue(read, 'modules.json');
  const head = modules === undefined ? ({ pooling: 'mean', normalize: true } as const) : await readHead(read, modules);
  const sentence = await readJson(read, 'sentence_bert_config.json');
  const length = sentence && new Members('sentence_bert_config.json', sentence);
  return {
    head,
    prefixes: await readPrefixes(read, name),
    length: length?.has('max_seq_length') ? length.count('max_seq_length') : undefined,
  };
}

async function readHead(read: ReadModelFile, modules: unknown): Promise<HeadConfig> {
  if (!Array.isArray(modules)) throw badFile('modules.json', 'it is not a list');
  let pooling: Pooling | undefined;
  let normalize = false;
  for (const [i, value] of modules.entries()) {
    const module = new Members(`modules.json, module ${i}`, value as Record<string, unknown>);
    const type = module.text('type').split('.').at(-1)!;
    if (type === 'Pooling') pooling = await readPooling(read, module.text('path'));
    else if (type === 'Normalize') normalize = true;
    else if (type !== 'Transformer') {
      throw new EngineError('UNSUPPORTED', `modules.json of the model: the module ${type} is not run`, {
        hint: 'Transformer, Pooling and Normalize are run.',
      });
    }
  }
  if (pooling === undefined) throw badFile('modules.json', 'it names no Pooling');
  return { pooling, normalize };
}

async function readPooling(read: ReadModelFile, folder: string): Promise<Pooling> {
  const path = `${folder}/config.json`;
  const file = await readJson(read, path);
  if (file === undefined) throw new EngineError('NOT_FOUND', `The model folder has no ${path}`);
  const config = new Members(path, file);
  const modes = Object.keys(POOLING_MODES).filter((mode) => config.flag(mode, false));
  const others = OTHER_MODES.filter((mode) => config.flag(mode, false));
  if (modes.length === 1 && others.length === 0) return POOLING_MODES[modes[0]!]!;
  throw new EngineError(
    'UNSUPPORTED',
    `${path} of the model: it pools by ${[...modes, ...others].join(' and ') || 'nothing'}`,
    {
      hint: `One of these is run: ${Object.keys(POOLING_MODES).join(', ')}.`,
    },
  );
}

async function readPrefixes(read: ReadModelFile, name: string): Promise<SentenceConfig['prefixes']> {
  const path = 'config_sentence_transformers.json';
  const file = await readJson(read, path);
  const prompts = file && new Members(path, file).object('prompts');
  const stated = (names: readonly string[]) => names.find((key) => prompts?.has(key));
  const [query, document] = [stated(['query']), stated(['document', 'passage', 'corpus'])];
  if (prompts !== undefined && (query !== undefined || document !== undefined)) {
    return {
      query: query === undefined ? '' : prompts.text(query),
      document: document === undefined ? '' : prompts.text(document),
    };
  }
  const family = FAMILIES.find((known) => known.name.test(name));
  return { query: family?.query ?? '', document: family?.document ?? '' };
}
