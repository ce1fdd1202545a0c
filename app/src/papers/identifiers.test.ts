// arXiv ids and DOIs in every form that people paste, and strings that only look like them.
import { describe, expect, it } from 'vitest';
import { identify, parseArxivId, parseDoi } from './identifiers.ts';

describe('parseArxivId', () => {
  it.each([
    ['2611.04217', '2611.04217', undefined],
    ['2611.04217v2', '2611.04217', 2],
    [' arXiv:2611.04217v10 ', '2611.04217', 10],
    ['arxiv: 2611.04217', '2611.04217', undefined],
    ['0704.0001', '0704.0001', undefined],
    ['1412.9999v1', '1412.9999', 1],
    ['hep-th/9901001', 'hep-th/9901001', undefined],
    ['hep-th/9901001v3', 'hep-th/9901001', 3],
    ['math.CA/0611800', 'math/0611800', undefined],
    ['math/0611800', 'math/0611800', undefined],
    ['10.48550/arXiv.2611.04217', '2611.04217', undefined],
    ['https://doi.org/10.48550/arXiv.2611.04217', '2611.04217', undefined],
    ['https://arxiv.org/abs/2611.04217v2', '2611.04217', 2],
    ['http://arxiv.org/pdf/2611.04217v1.pdf', '2611.04217', 1],
    ['https://arxiv.org/pdf/2611.04217', '2611.04217', undefined],
    ['https://www.arxiv.org/abs/hep-th/9901001', 'hep-th/9901001', undefined],
    ['https://export.arxiv.org/abs/2611.04217', '2611.04217', undefined],
    ['https://arxiv.org/html/2611.04217v1#S2', '2611.04217', 1],
    ['arxiv.org/abs/2611.04217', '2611.04217', undefined],
    ['https://huggingface.co/papers/2611.04217', '2611.04217', undefined],
    ['https://www.alphaxiv.org/abs/2611.04217', '2611.04217', undefined],
    ['oai:arXiv.org:2611.04217v2', '2611.04217', 2],
  ])('reads %j', (text, id, version) => {
    expect(parseArxivId(text)).toEqual(version === undefined ? { id } : { id, version });
  });

  it.each([
    '',
    '2613.04217',
    '1412.99999',
    '1501.1234',
    '0703.0001',
    '2611.04217v0',
    '2611.04217 and more',
    '12.5',
    'iclr/1234567',
    'cvpr2016/1',
    '3dv2025/05T81ScPFb',
    'https://example.org/abs/2611.04217',
    'https://arxiv.org/list/cs.IR/recent',
    'math/0699800',
    'https://',
    '%E0%A4%A',
    'x'.repeat(10_000),
  ])('does not read %.40j', (text) => {
    expect(parseArxivId(text)).toBeUndefined();
  }); // prettier-ignore
});

describe('parseDoi', () => {
  it.each([
    ['10.18653/v1/2020.acl-main.1', '10.18653/v1/2020.acl-main.1'],
    ['doi:10.1162/COLI_a_00123', '10.1162/coli_a_00123'],
    ['DOI: 10.1145/3397271.3401075', '10.1145/3397271.3401075'],
    ['https://dx.doi.org/10.1000/xyz%2F1', '10.1000/xyz/1'],
    ['https://dl.acm.org/doi/abs/10.1145/3397271.3401075', '10.1145/3397271.3401075'],
    ['10.1000/182.', '10.1000/182'],
  ])('reads %j', (text, doi) => {
    expect(parseDoi(text)).toBe(doi);
  });

  it.each(['10.1', '10.12/x', '11.1000/182', 'see 10.1000/182', ''])('does not read %j', (text) => {
    expect(parseDoi(text)).toBeUndefined();
  });

  it('gives both names of a paper that arXiv registered', () => {
    expect(identify('10.48550/arXiv.2611.04217')).toEqual({
      doi: '10.48550/arxiv.2611.04217',
      arxiv: { id: '2611.04217' },
    });
  });
});
