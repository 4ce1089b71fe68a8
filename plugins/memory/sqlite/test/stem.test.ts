import { expect, test } from 'vitest';
import { stemOf } from '../src/stem.ts';

test.each([
  ['run', 'run', 'runs', 'running'],
  ['cach', 'cache', 'caches', 'cached', 'caching'],
  ['query', 'query', 'queries'],
  ['class', 'class', 'classes'],
  ['call', 'call', 'called', 'calling'],
  ['status', 'status'],
  ['string', 'string', 'strings'],
  ['need', 'need', 'needs', 'needed'],
  ['is', 'is'],
])('%s', (stem, ...forms) => {
  expect(forms.map(stemOf)).toEqual(forms.map(() => stem));
});
