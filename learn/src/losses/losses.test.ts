import { type Feeds, Graph, type NodeId, runReference } from '@quire/engine/network';
import { describe, expect, it } from 'vitest';
import { gradients } from '../graph/gradients.ts';
import { contrastive } from './contrastive.ts';
import { cosineLoss, similarityMse, vectorMse } from './embedding.ts';
import { listwiseKl, plistMle, plistMleInputs, teacherDistribution } from './listwise.ts';
import { hinge, lambdaWeights, marginMse, pairWeights, pairwiseLogistic } from './pairwise.ts';

type Matrix = readonly (readonly number[])[];

/** A graph whose matrices are parameters, so that every one of them has a gradient. */
class Draft {
  readonly graph = new Graph();
  readonly values: Record<string, number[]> = {};
  readonly matrices: Record<string, Float32Array> = {};

  weights(name: string, rows: Matrix): NodeId {
    this.values[name] = rows.flat();
    return this.graph.parameter(name, rows.length, rows[0]!.length);
  }
  input(name: string, rows: Matrix): NodeId {
    this.matrices[name] = Float32Array.from(rows.flat());
    return this.graph.input(name, rows.length, rows[0]!.length);
  }
  loss(node: NodeId, feeds: Feeds = {}): number {
    return runReference(this.graph, this.values, { ...feeds, matrices: this.matrices }, [node]).get(node)![0]!;
  }
  grad(node: NodeId, name: string, feeds: Feeds = {}): number[] {
    const id = gradients(this.graph, node).dense.get(name)!;
    return [...runReference(this.graph, this.values, { ...feeds, matrices: this.matrices }, [id]).get(id)!];
  }
}

function close(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 5);
}

const OTHERS = [
  [0, 1],
  [1, 0],
];

describe('contrastive', () => {
  const q = [
    [1, 0, 0.2],
    [0, 1, 0.1],
  ];
  const p = [
    [0.9, 0.1, 0],
    [0.1, 0.8, 0.3],
  ];
  const hard = [
    [0.5, 0.5, 0.1],
    [0.4, 0.6, 0.2],
  ];
  const make = (beta: number, gamma: number, temperature = 0.1, scale = 1) => {
    const draft = new Draft();
    const { graph } = draft;
    const unit = (name: string, rows: Matrix) => graph.affine(graph.normalize(draft.weights(name, rows)), scale);
    const loss = contrastive(graph, {
      queries: unit('q', q),
      positives: unit('p', p),
      negatives: unit('n', hard),
      others: draft.input('others', OTHERS),
      against: draft.input('against', [
        [1, 1],
        [1, 1],
      ]),
      temperature,
      beta,
      gamma,
    });
    return { draft, loss };
  };

  it('has the value of Granite R2 with all terms, and of InfoNCE without the last two', () => {
    const all = make(1, 1);
    expect(all.draft.loss(all.loss)).toBeCloseTo(0.19136, 5);
    const plain = make(0, 0);
    expect(plain.draft.loss(plain.loss)).toBeCloseTo(0.190836, 5);
  });

  it('stays finite for scores of ±10,000', () => {
    const { draft, loss } = make(1, 1, 1e-4);
    expect(Number.isFinite(draft.loss(loss))).toBe(true);
    expect(draft.grad(loss, 'q').every(Number.isFinite)).toBe(true);
  });

  it('gives a masked pair no gradient', () => {
    const draft = new Draft();
    const loss = contrastive(draft.graph, {
      queries: draft.input('q', q),
      positives: draft.weights('p', p),
      others: draft.input('others', [
        [0, 0],
        [1, 0],
      ]),
      temperature: 0.5,
    });
    // Positive 1 is masked for query 0: its gradient is a multiple of query 1, whose first element is 0.
    const [x, y, z] = draft.grad(loss, 'p').slice(3);
    expect(x! + 0).toBe(0);
    expect(z! / y!).toBeCloseTo(0.1, 6);
    draft.matrices.others!.fill(0);
    close(draft.grad(loss, 'p'), [0, 0, 0, 0, 0, 0]);
  });
});

describe('pairwise logistic', () => {
  const q = [
    [1, 0, 0.5],
    [0, 1, -0.5],
  ];
  const d = [
    [0.9, 0.1, 0.2],
    [0.2, 0.8, 0],
  ];
  const h = [
    [0.7, 0.3, 0.1],
    [0.5, 0.6, -0.2],
  ];
  /** Other positives and all hard negatives against each query, as STAR reuses them. */
  const star = (against: number[]) => {
    const draft = new Draft();
    const { graph } = draft;
    const [queries, positives, negatives] = [draft.weights('q', q), draft.weights('d', d), draft.weights('h', h)];
    const weights = pairWeights([...OTHERS.flat(), ...against]);
    const rows = (values: Float32Array) => [
      [values[0]!, values[1]!],
      [values[2]!, values[3]!],
    ];
    const better = graph.rowDot(queries, positives);
    const part = (scores: NodeId, name: string, values: Float32Array) =>
      pairwiseLogistic(graph, { scores, better, weights: draft.input(name, rows(values)) });
    const loss = graph.sum(
      part(graph.matmulT(queries, positives), 'in-batch', weights.subarray(0, 4)),
      part(graph.matmulT(queries, negatives), 'hard', weights.subarray(4)),
    );
    return { draft, loss };
  };

  it('has the value and the gradient of STAR', () => {
    const { draft, loss } = star([1, 1, 1, 1]);
    expect(draft.loss(loss)).toBeCloseTo(0.47592, 5);
    close(draft.grad(loss, 'q'), [-0.074387, 0.080292, -0.041254, 0.090409, -0.082492, 0.000598]);
    const masked = star([1, 0, 1, 1]);
    expect(masked.draft.loss(masked.loss)).toBeCloseTo(0.483606, 5);
  });

  const adore = (scores: number[], relevance: number[], cut: number) => {
    const draft = new Draft();
    const { graph } = draft;
    const list = draft.weights('s', [scores]);
    const one = relevance.map((y) => Number(y > 0));
    const loss = pairwiseLogistic(graph, {
      scores: list,
      better: graph.rowDot(list, draft.input('relevant', [one])),
      weights: draft.input('weights', [[...lambdaWeights(relevance, cut)]]),
    });
    return { draft, loss };
  };

  it('has the value and the gradient of ADORE', () => {
    const { draft, loss } = adore([2, 1.5, 1, 0.2], [0, 1, 0, 0], 200);
    expect(draft.loss(loss)).toBeCloseTo(0.208768, 5);
    close(draft.grad(loss, 's'), [0.103743, -0.142565, 0.020974, 0.017847]);
    const cut = adore([2, 1.5, 1, 0.2], [0, 1, 0, 0], 2);
    expect(cut.draft.loss(cut.loss)).toBeCloseTo(0.281527, 5);
    const miss = adore([2, 1.5, 1, 0.2, -0.3], [0, 0, 0, 0, 1], 4);
    expect(miss.draft.loss(miss.loss)).toBeCloseTo(1.032306, 5);
    close(miss.draft.grad(miss.loss, 's'), [0.227219, 0.107269, 0.065486, 0.038904, -0.438878]);
  });

  it('is 0, not NaN, where nothing is left to compare', () => {
    const weights = lambdaWeights([1, 1], 10);
    expect([...weights]).toEqual([0, 0, 0, 0]);
    expect([...pairWeights([0, 0])]).toEqual([0, 0]);
    const draft = new Draft();
    const loss = pairwiseLogistic(draft.graph, {
      scores: draft.weights('s', [
        [2, 1],
        [2, 1],
      ]),
      better: draft.weights('better', [[2], [1]]),
      weights: draft.input('weights', [
        [0, 0],
        [0, 0],
      ]),
    });
    expect(draft.loss(loss)).toBe(0);
    expect(draft.grad(loss, 's').map((g) => g + 0)).toEqual([0, 0, 0, 0]);
  });
});

describe('hinge and MarginMSE', () => {
  it('have the values of Adder and GPL', () => {
    const draft = new Draft();
    const loss = hinge(
      draft.graph,
      {
        scores: draft.weights('worse', [[0.584805, 0.565785]]),
        better: draft.weights('better', [[0.691905]]),
        weights: draft.input('weights', [[0.5, 0.5]]),
      },
      0.2,
    );
    expect(draft.loss(loss)).toBeCloseTo(0.08339, 5);
    const other = new Draft();
    const mse = marginMse(
      other.graph,
      other.weights('better', [[3], [1]]),
      other.weights('worse', [[1], [2]]),
      other.input('margins', [[5], [-2]]),
    );
    expect(other.loss(mse)).toBe(5);
  });
});

describe('listwise losses', () => {
  it('distil a distribution: the values of Granite R2 at both temperatures', () => {
    for (const [temperature, wanted] of [
      [1, 0.69956],
      [2, 1.111749],
    ] as const) {
      const draft = new Draft();
      const teacher = draft.input('t', [[...teacherDistribution([4, 1, 0, -1], 4, temperature)]]);
      const loss = listwiseKl(draft.graph, draft.weights('s', [[2, 1.5, 0, 0]]), teacher, temperature);
      expect(draft.loss(loss)).toBeCloseTo(wanted, 5);
    }
  });

  const mle = (weights: number[]) => {
    const draft = new Draft();
    const { repeat, remaining, own } = plistMleInputs(1, weights);
    draft.matrices.remaining = remaining;
    draft.matrices.own = own;
    const loss = plistMle(draft.graph, {
      scores: draft.graph.affine(draft.weights('z', [[1.5, 0.2, -0.3]]), 1), // in the order (1, 0, 2) of z = (.2, 1.5, −.3)
      repeat: 'repeat',
      remaining: draft.graph.input('remaining', 3, 3),
      own: draft.graph.input('own', 3, 3),
    });
    return { draft, loss, feeds: { ids: { repeat } } };
  };

  it('position-aware ListMLE has the value and the gradient of Granite R2', () => {
    const { draft, loss, feeds } = mle([3, 1, 0]);
    expect(draft.loss(loss, feeds)).toBeCloseTo(1.563484, 5);
    close(draft.grad(loss, 'z', feeds), [-0.913523, 0.191091, 0.722433]);
    const plain = mle([1, 1, 1]);
    expect(plain.draft.loss(plain.loss, plain.feeds)).toBeCloseTo(0.837212, 5);
  });
});

describe('regression on vectors', () => {
  const t = [
    [0.6, 0.8, 0],
    [0, 0.6, 0.8],
  ];
  const s = [
    [0.5, 0.5, 0.2],
    [0.1, 0.9, 0.3],
  ];

  it('has the values and the gradient of ScalingNote', () => {
    const draft = new Draft();
    const { graph } = draft;
    const [student, teacher] = [draft.weights('s', s), draft.input('t', t)];
    const mse = vectorMse(graph, student, teacher);
    const summed = vectorMse(graph, student, teacher, 'sum');
    const cosine = cosineLoss(graph, student, teacher);
    const both = graph.sum(mse, cosine);
    expect(draft.loss(mse)).toBeCloseTo(0.081667, 5);
    expect(draft.loss(summed)).toBeCloseTo(0.245, 5);
    expect(draft.loss(cosine)).toBeCloseTo(0.114879, 5);
    expect(draft.loss(both)).toBeCloseTo(0.196546, 5);
    close(draft.grad(both, 's'), [-0.000573, -0.203322, 0.24307, 0.07826, 0.189853, -0.451201]);
  });

  it('the similarities of a batch do not change when the student is rotated', () => {
    const draft = new Draft();
    const turned = s.map(([x, y, z]) => [y!, -x!, z!]);
    const [a, b] = [draft.weights('a', s), draft.weights('b', turned)];
    const teacher = draft.input('t', t);
    const first = similarityMse(draft.graph, a, teacher);
    const second = similarityMse(draft.graph, b, teacher);
    expect(draft.loss(first)).toBeCloseTo(draft.loss(second), 12);
    expect(draft.loss(first)).toBeGreaterThan(0.01);
  });
});
