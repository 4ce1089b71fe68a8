import type { HumanRequest, Interaction } from '@forge/plugin-api';

type Answer = { readonly approved?: boolean; readonly answer?: string };

const never = new AbortController().signal;

/** Asks in this terminal what a run of another process waits for; undefined when nobody answers. */
export async function askHere(
  interaction: Interaction,
  { kind, title, body, options }: HumanRequest,
): Promise<Answer | undefined> {
  if (kind === 'question') {
    const choices = options.length > 0 ? { options, freeText: true } : {};
    const answer = (await interaction.ask({ title, body, ...choices }, never))?.trim();
    return answer ? { answer } : undefined;
  }
  const yesOrNo = [
    { id: 'approve', label: 'Approve' },
    { id: 'reject', label: 'Reject' },
  ];
  // An Enter that was typed before the question came must not approve anything.
  const prompt = { title, body, options: yesOrNo, initial: 'reject', freeText: false };
  const chosen = await interaction.ask(prompt, never);
  return chosen === undefined ? undefined : { approved: chosen === 'approve' };
}
