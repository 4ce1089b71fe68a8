import type { ContentBlock, Requirement } from '@forge/plugin-api';
import { paragraphs } from './markdown.ts';

/** The first message to a model: the parts as one text, then the requirement's pictures. */
export function opening(requirement: Requirement, ...parts: readonly string[]): ContentBlock[] {
  const pictures = requirement.images.map(({ mediaType, data }) => ({ type: 'image' as const, mediaType, data }));
  return [{ type: 'text', text: paragraphs(...parts) }, ...pictures];
}
