import type { Requirement } from '@forge/plugin-api';
import { bullets, paragraphs, section } from './markdown.ts';

/** What the person wants, in the person's words. Pictures are added by `opening`. */
export function describeRequirement({ task, constraints, acceptanceCriteria, images }: Requirement): string {
  return paragraphs(
    section('Requirement', task),
    section('Constraints', bullets(constraints)),
    section('Acceptance criteria', bullets(acceptanceCriteria)),
    images.length > 0 ? 'The pictures below belong to the requirement.' : '',
  );
}
