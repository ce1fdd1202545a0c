// Where papers come from: files of JSON lines. Later sources (arXiv, feeds) stand beside them.

export { foldFiles } from './fold-files.ts';
export { type RejectedRow, type Row, type RowBatch, type RowOptions, readRow, readRows, sourceOf } from './jsonl.ts';
