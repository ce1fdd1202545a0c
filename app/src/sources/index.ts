// Sources of papers: files of JSON lines. Later sources (arXiv, feeds) are added here.

export { type RejectedRow, type Row, type RowBatch, type RowOptions, readRow, readRows, sourceOf } from './jsonl.ts';
