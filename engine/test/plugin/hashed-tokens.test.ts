import { encoderContract } from '../contract/encoder-contract.ts';
import { hashedTokens } from './hashed-tokens.ts';

encoderContract('hashed tokens', () => hashedTokens({ dim: 6 }), {
  skip: [{ case: 'unit length', reason: 'components are small integers, so that scores are exact and ties are many' }],
});
