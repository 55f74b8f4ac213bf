import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedOperations } from './documented-operations.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

/** Routes that are no part of the interface: its documentation, pages for people, and the preflight's. */
const FOR_PEOPLE =
  /^\*$|^\/api\/(docs|redoc|openapi\.(json|yaml))(\/|$)|^\/(inbox|inbox\.json|inbox\/:id|verify-email|reset-password|accept-invitation)$/;

const operations = await documentedOperations();

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** Every route of the running app, as in `GET /api/v1/audio/{id}`, read from the router's own tree. */
function routesOf(tree: string): string[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^((?:[│ ] {3})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    const depth = indent.length / 4;
    parents[depth] = part;
    const path = parents.slice(0, depth + 1).join('');
    if (methods === '' || FOR_PEOPLE.test(path)) return [];
    return methods.split(', ').map((method) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
}

describe('the routes of the app and the operations of the document', () => {
  it('are the same', () => {
    const tree = api.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    const known = operations.map(({ name }) => name);
    // HEAD comes with every GET; OPTIONS tells the protocol of resumable uploads.
    const routes = routesOf(tree).filter((route) => !/^(HEAD|OPTIONS) /.test(route));
    expect(routes.toSorted()).toEqual(known.toSorted());
  });
});
