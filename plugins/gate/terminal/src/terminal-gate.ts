import type { Approval, HumanGate, HumanRequest, Interaction } from '@forge/plugin-api';

const yesOrNo = [
  { id: 'approve', label: 'Approve' },
  { id: 'reject', label: 'Reject' },
];

/** Asks the person in front of the terminal, if there is one. Who declines to answer leaves the request open. */
export function createTerminalGate(interaction: Interaction): HumanGate {
  return {
    id: 'terminal',
    condition: () => interaction.interactive,
    async request(request, { signal }) {
      if (!interaction.interactive) return undefined;
      return request.kind === 'approval'
        ? approval(interaction, request, signal)
        : answer(interaction, request, signal);
    },
  };
}

async function approval(
  interaction: Interaction,
  { title, body, subjectHash }: HumanRequest,
  signal: AbortSignal,
): Promise<Approval | undefined> {
  // An Enter that was typed before the question came must not approve anything.
  const prompt = { title, body, options: yesOrNo, initial: 'reject', freeText: false };
  const chosen = await interaction.ask(prompt, signal);
  if (chosen === undefined) return undefined;
  if (chosen === 'approve') return { approved: true, subjectHash };
  const reason = await interaction.ask({ title: 'Why? (leave empty to give no reason)' }, signal);
  return { approved: false, reason: reason?.trim() || undefined, subjectHash };
}

async function answer(
  interaction: Interaction,
  { title, body, options, images = [], subjectHash }: HumanRequest,
  signal: AbortSignal,
): Promise<Approval | undefined> {
  const choices = options.length > 0 ? { options, freeText: true } : {};
  const pictures = images.map(({ alt }) => `Image: ${alt} (forge inbox says where it is)`);
  const shown = [body, ...pictures].filter((part) => part !== '').join('\n\n');
  const given = (await interaction.ask({ title, body: shown, ...choices }, signal))?.trim();
  return given ? { approved: true, modifications: given, subjectHash } : undefined;
}
