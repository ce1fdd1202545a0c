// Reads the declarations of the compiler: from the .d.ts of an entry to the text of every public name. The compiler prints
// each declaration at the start of a line, so a declaration ends where the next begins and no parser is needed.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withoutComments } from './files.mjs';

const DECLARES =
  /^(?:export\s+)?(?:declare\s+)?(?:abstract\s+)?(?:class|function|const|let|interface|type|enum|namespace)\s+([\w$]+)/;

/** The public names of an entry, sorted, each with its declaration. (path of a .d.ts) -> [name, text][] */
export function publicNames(path, seen = new Set()) {
  if (seen.has(path)) return [];
  seen.add(path);
  if (!existsSync(path)) throw new Error(`${path} does not exist: run npm run build`);
  const names = new Map();
  const statements = statementsOf(readFileSync(path, 'utf8'));
  for (const statement of statements) collect(names, path, statement, statements, seen);
  return [...names].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function collect(names, path, statement, statements, seen) {
  const from = /\bfrom\s+['"]([^'"]+)['"]/.exec(statement)?.[1];
  const target = from === undefined ? undefined : declarationFile(path, from);
  if (/^export\s+(type\s+)?\*\s+from/.test(statement)) {
    for (const [name, text] of publicNames(target, seen)) if (!names.has(name)) names.set(name, text);
    return;
  }
  const list = /^export\s+(?:type\s+)?\{([\s\S]*?)\}/.exec(statement);
  if (list === null) {
    if (statement.startsWith('export ')) add(names, DECLARES.exec(statement)?.[1], statement);
    return;
  }
  for (const item of list[1]
    .split(',')
    .map((text) => text.trim().replace(/^type\s+/, ''))
    .filter(Boolean)) {
    const [local, name = local] = item.split(/\s+as\s+/);
    add(names, name, target === undefined ? declarationIn(statements, local) : declarationOf(target, local));
  }
}

function add(names, name, text) {
  if (name === undefined) return;
  names.set(name, names.has(name) ? `${names.get(name)}\n${text}` : text);
}

/** The declaration of one name in another file, followed through re-exports. */
function declarationOf(path, name) {
  const found = publicNames(path).find(([candidate]) => candidate === name);
  if (found === undefined) throw new Error(`${path} does not export ${name}`);
  return found[1];
}

const declarationIn = (statements, name) =>
  statements.filter((statement) => DECLARES.exec(statement)?.[1] === name).join('\n') || `(imported) ${name}`;

function declarationFile(path, specifier) {
  if (!specifier.startsWith('.')) throw new Error(`${path} re-exports the package ${specifier}`);
  return join(dirname(path), specifier.replace(/\.(js|ts)$/, '.d.ts'));
}

function statementsOf(source) {
  const statements = [];
  for (const line of withoutComments(source)
    .split('\n')
    .map((text) => text.trimEnd())
    .filter(Boolean)) {
    const starts = /^(export|import|declare|interface|type|class|function|const|abstract)\b/.test(line);
    if (starts || statements.length === 0) statements.push(line);
    else statements[statements.length - 1] += `\n${line}`;
  }
  return statements;
}
