// Every example in the guides and in public doc comments runs: each ```ts block of README.md, docs/**/*.md and engine doc
// comments is imported as a module. A block marked ```ts (not run: reason) is
// counted and its reason is required.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = join(root, 'test/docs/generated');

interface Example {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly notRun: string | undefined;
}

function files(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === 'generated') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path, ending) : ending.test(entry.name) ? [path] : [];
  });
}

/** Fenced blocks of a text; in sources only those inside doc comments, without the leading asterisks. */
function examplesOf(file: string, text: string): Example[] {
  const found: Example[] = [];
  let open: { line: number; notRun: string | undefined; code: string[] } | undefined;
  for (const [i, raw] of text.split('\n').entries()) {
    const line = file.endsWith('.md') ? raw : raw.replace(/^\s*\*? ?/, '');
    const fence = /^```(\w*)\s*(?:\((?:not run: )?(.*)\))?\s*$/.exec(line);
    if (open !== undefined) {
      if (fence === null) open.code.push(line);
      else {
        found.push({ file, line: open.line, notRun: open.notRun, code: open.code.join('\n') });
        open = undefined;
      }
    } else if (fence?.[1] === 'ts' && (file.endsWith('.md') || /^\s*\*/.test(raw))) {
      open = { line: i + 1, notRun: fence[2], code: [] };
    }
  }
  return found;
}

/** An example in a doc comment may omit the import of its own package folder. This function adds it. */
async function withImports({ file, code }: Example): Promise<string> {
  const folder = /^engine\/src\/(\w+)\//.exec(file)?.[1];
  if (folder === undefined || /^import /m.test(code)) return code;
  const exported = Object.keys((await import(join(root, 'engine/src', folder, 'index.ts'))) as object);
  const used = exported.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  return `import { ${used.join(', ')} } from '@quire/engine/${folder}';\n${code}`;
}

const sources = [
  join(root, 'README.md'),
  ...files(join(root, 'docs'), /\.md$/).filter((path) => !path.includes(join('docs', 'api'))), // generated
  join(root, 'engine/README.md'),
  ...files(join(root, 'models'), /\.md$/),
  ...files(join(root, 'engine/src'), /(?<!\.test)\.ts$/),
].filter((path) => {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
});
const examples = sources.flatMap((path) => examplesOf(relative(root, path), readFileSync(path, 'utf8')));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the examples in the documentation', () => {
  it('exist, and those that are not run have a reason', () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      if (example.notRun !== undefined)
        expect(example.notRun.length, `${example.file}:${example.line}`).toBeGreaterThan(5);
    }
  });

  it('are in fences that this test reads', () => {
    for (const path of sources)
      expect(readFileSync(path, 'utf8'), path).not.toMatch(/^\s*\* @example|^```(js|javascript)$/m);
  });

  it('are found in guides and in doc comments', () => {
    expect(examplesOf('a.md', 'x\n```ts\nlet a = 1;\n```\n```sh\nls\n```')).toMatchObject([
      { line: 2, code: 'let a = 1;' },
    ]);
    expect(examplesOf('a.ts', '/**\n * ```ts\n * let a = 1;\n * ```\n */')).toMatchObject([
      { line: 2, code: 'let a = 1;' },
    ]);
    expect(examplesOf('a.md', '```ts (not run: needs a browser)\nx\n```')).toMatchObject([
      { notRun: 'needs a browser' },
    ]);
  });

  for (const example of examples.filter(({ notRun }) => notRun === undefined)) {
    it(`${example.file}:${example.line} runs and its assertions hold`, async () => {
      const path = join(scratch, `${example.file.replace(/\W/g, '_')}_${example.line}.ts`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${await withImports(example)}\nexport {};\n`);
      const failed: unknown[][] = [];
      const here = process.cwd();
      const folder = mkdtempSync(join(tmpdir(), 'quire-example-')); // the working folder, for examples that write
      const { assert, log } = console;
      console.log = () => {};
      console.assert = (condition?: boolean, ...rest: unknown[]) => {
        if (!condition) failed.push(rest);
      };
      try {
        process.chdir(example.file.startsWith('models') ? root : folder); // a model card uses paths from the root
        await import(/* @vite-ignore */ path);
      } finally {
        process.chdir(here);
        Object.assign(console, { assert, log });
        rmSync(folder, { recursive: true, force: true });
      }
      expect(failed).toEqual([]);
    });
  }
});
