import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

/** The people who may log in, from names and plain passwords. Only hashes are kept. */
export function createUsers(passwords) {
  const users = new Map(Object.entries(passwords).map(([name, password]) => [name, hashed(password)]));
  const nobody = hashed(randomBytes(16).toString('hex'));

  return {
    /** True for a name with its password. Takes the same time for a name that is not known. */
    check(name, password) {
      const { salt, hash } = users.get(name) ?? nobody;
      return timingSafeEqual(scryptSync(password, salt, hash.length), hash);
    },
  };
}

function hashed(password) {
  const salt = randomBytes(16);
  return { salt, hash: scryptSync(password, salt, 32) };
}
