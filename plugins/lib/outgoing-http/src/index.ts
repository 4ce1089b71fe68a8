export * from './post-signed.ts';
export * from './public-address.ts';
