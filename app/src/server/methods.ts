// 405 for a path that exists and a method that it does not have.

import type { Hono } from 'hono';
import { problem } from '../api/problem.ts';

/** Call it after every route is added. Paths of middleware (`*`) are no routes. */
export function refuseOtherMethods(app: Hono): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === 'ALL') continue;
    const known = methods.get(path) ?? new Set<string>();
    methods.set(path, known.add(method));
    if (method === 'GET') known.add('HEAD');
  }
  for (const [path, known] of methods) {
    const allow = [...known].sort().join(', ');
    app.all(path, (c) => {
      c.header('allow', allow);
      return problem(c, 405, 'INVALID_ARGUMENT', `${c.req.method} is not a method of this address`, `Use ${allow}.`);
    });
  }
}
