// Replies reach the requests that they belong to, in any order, and none stays unanswered.

import { describe, expect, it } from 'vitest';
import { Replies } from './replies.ts';

describe('replies', () => {
  it('settle the requests with their numbers, in any order, each once', async () => {
    const replies = new Replies();
    const posted: number[] = [];
    const [first, second, third] = [1, 2, 3].map(() => replies.request<string>((id) => posted.push(id)));
    expect([posted.length, new Set(posted).size, replies.pending]).toEqual([3, 3, 3]);
    replies.resolve(posted[2]!, 'c');
    replies.reject(posted[0]!, new Error('a'));
    replies.resolve(posted[1]!, 'b');
    replies.resolve(posted[1]!, 'again');
    await expect(first).rejects.toThrow('a');
    expect([await second, await third, replies.pending]).toEqual(['b', 'c', 0]);
  });

  it('report events until the reply', async () => {
    const replies = new Replies();
    const events: number[] = [];
    let id = -1;
    const done = replies.request<void, number>(
      (number) => {
        id = number;
      },
      (event) => events.push(event),
    );
    replies.report(id, 1);
    replies.report(id, 2);
    replies.resolve(id, undefined);
    replies.report(id, 3);
    await done;
    expect(events).toEqual([1, 2]);
  });

  it('fail together, and every later request with the same error', async () => {
    const replies = new Replies();
    const waiting = replies.request(() => {});
    replies.fail(new Error('the thread has ended'));
    replies.fail(new Error('a second error'));
    await expect(waiting).rejects.toThrow('the thread has ended');
    await expect(replies.request(() => {})).rejects.toThrow('the thread has ended');
    expect(replies.pending).toBe(0);
  });

  it('are not waited for when the request could not be posted', async () => {
    const replies = new Replies();
    const request = replies.request(() => {
      throw new Error('cannot be cloned');
    });
    await expect(request).rejects.toThrow('cannot be cloned');
    expect(replies.pending).toBe(0);
  });
});
