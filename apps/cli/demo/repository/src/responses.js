/** The request was carried out. */
export function ok(body) {
  return { status: 200, headers: {}, body };
}

/** The request cannot be understood. */
export function badRequest(error) {
  return { status: 400, headers: {}, body: { error } };
}

/** The caller did not prove who they are. */
export function unauthorized(error) {
  return { status: 401, headers: {}, body: { error } };
}

/** There is nothing here. */
export function notFound() {
  return { status: 404, headers: {}, body: { error: 'not found' } };
}
