import { forgeError } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { sortFaults } from '../../src/faults/sort-faults.ts';

it('goes file by file, and from the top of each', () => {
  const places = ['b.yaml:10:2', 'FORGE_X', 'b.yaml:2:9', 'a.json:1:1', 'b.yaml:2:1', 'b.yaml', undefined];
  const faults = places.map((where) => forgeError('CONFIG_INVALID', 'x', where === undefined ? {} : { where }));
  expect(sortFaults(faults).map(({ details }) => details.where)).toEqual([
    ...['b.yaml', 'b.yaml:2:1', 'b.yaml:2:9', 'b.yaml:10:2'],
    'FORGE_X',
    'a.json:1:1',
    undefined,
  ]);
});
