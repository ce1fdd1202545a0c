// The same step for jax-js: pre-norm layers, GELU, mean pooling, InfoNCE; without the token table, whose rows are an input. It runs 8 of the 64 texts,
// because that is what its memory takes; the caller multiplies. An array is used up by an operation unless `.ref` is taken.
import { HEADS, INNER, LAYERS, LENGTH, TEXTS, WIDTH } from './workload.mjs';

const SHARE = 8;

export async function jaxStep() {
  let jax;
  try {
    jax = await import('@jax-js/jax');
  } catch {
    throw new Error('@jax-js/jax is not installed in bench/');
  }
  const { init, nn, numpy: np, random, valueAndGrad, blockUntilReady, defaultDevice } = jax;
  await init('wasm');
  defaultDevice('wasm');
  const dim = WIDTH / HEADS;
  const keys = random.split(random.key(3), 6 * LAYERS + 1);
  const weight = (i, rows, cols) => random.normal(keys.ref.slice(i), [rows, cols]).mul(1 / Math.sqrt(cols));
  const layers = Array.from({ length: LAYERS }, (_, l) => ({
    q: weight(6 * l, WIDTH, WIDTH),
    k: weight(6 * l + 1, WIDTH, WIDTH),
    v: weight(6 * l + 2, WIDTH, WIDTH),
    o: weight(6 * l + 3, WIDTH, WIDTH),
    up: weight(6 * l + 4, WIDTH, INNER),
    down: weight(6 * l + 5, INNER, WIDTH),
  }));
  const tokens = random.normal(keys.ref.slice(6 * LAYERS), [SHARE * LENGTH, WIDTH]);

  const heads = (x) => np.transpose(x.reshape([SHARE, LENGTH, HEADS, dim]), [0, 2, 1, 3]);
  const attend = (x, { q, k, v, o }) => {
    const [qs, ks, vs] = [q, k, v].map((w) => heads(np.matmul(x.ref, w.ref)));
    x.dispose();
    const scores = np.matmul(qs, np.transpose(ks, [0, 1, 3, 2])).mul(1 / Math.sqrt(dim));
    const mixed = np.matmul(nn.softmax(scores, -1), vs);
    return np.matmul(np.transpose(mixed, [0, 2, 1, 3]).reshape([SHARE * LENGTH, WIDTH]), o.ref);
  };
  const loss = (params) => {
    let x = tokens.ref;
    for (const layer of params) {
      x = x.ref.add(attend(nn.standardize(x, -1), layer));
      const fed = np.matmul(nn.gelu(np.matmul(nn.standardize(x.ref, -1), layer.up.ref)), layer.down.ref);
      x = x.add(fed);
    }
    const pooled = np.mean(x.reshape([SHARE, LENGTH, WIDTH]), 1);
    const unit = pooled.ref.div(np.sqrt(np.sum(np.square(pooled), 1, { keepdims: true })).add(1e-6));
    const scores = np.matmul(unit.ref.slice([0, SHARE / 2]), np.transpose(unit.slice([SHARE / 2, SHARE]))).mul(20);
    return np.sum(nn.logSoftmax(scores, -1).mul(np.eye(SHARE / 2))).mul(-2 / SHARE);
  };
  const both = valueAndGrad(loss);
  const step = async () => {
    const [value, grads] = both(
      layers.map((layer) => Object.fromEntries(Object.entries(layer).map(([name, w]) => [name, w.ref]))),
    );
    await blockUntilReady(grads);
    for (const layer of grads) for (const grad of Object.values(layer)) grad.dispose();
    return value.item();
  };
  return { step, times: TEXTS / SHARE };
}
