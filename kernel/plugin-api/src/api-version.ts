/** The version of this package: what the `api` range of a manifest is held against. */
export const apiVersion = '0.1.0';
