import { badRequest, notFound, ok, unauthorized } from './responses.js';

/** The API without a network: a function from a request to a response. */
export function createApp({ users, newToken }) {
  const routes = {
    'GET /health': () => ok({ status: 'up' }),
    'POST /login': login,
  };

  function login({ body }) {
    const { name, password } = body ?? {};
    if (typeof name !== 'string' || typeof password !== 'string') {
      return badRequest('name and password are needed');
    }
    if (!users.check(name, password)) return unauthorized('name or password is wrong');
    return ok({ token: newToken() });
  }

  return function handle(request) {
    const route = routes[`${request.method} ${request.path}`];
    return route === undefined ? notFound() : route(request);
  };
}
