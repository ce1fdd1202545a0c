import { describe, expect, it } from 'vitest';
import { joined, printable, printableJson, printableLines } from './printable.ts';

describe('printable', () => {
  it('cleans inserted values and keeps the text around them', () => {
    const file = 'a\n\u001b[2Jb';
    expect(printable`rejected ${file}:${3}\n`.text).toBe('rejected a \ufffd[2Jb:3\n');
  });

  it('inserts printable text unchanged', () => {
    const line = printable`a\n`;
    expect(printable`${line}${joined([line, line], '\t')}`.text).toBe('a\na\n\ta\n');
  });

  it('keeps the line breaks of a text of many lines, and no other control', () => {
    expect(printableLines('a\n  b\u001bc\r\n').text).toBe('a\n  b\ufffdc \n');
  });

  it('writes JSON that parses to the same value', () => {
    const { text } = printableJson('\u009b\u202e"');
    expect([text, JSON.parse(text)]).toEqual(['"\\u009b\\u202e\\""', '\u009b\u202e"']);
  });
});
