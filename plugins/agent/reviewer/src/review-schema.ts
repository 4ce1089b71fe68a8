import { reviewOutputSchema } from '@forge/plugin-api';

/** A review that can be checked and acted on. What it lacks goes back to the model. */
export const reviewSchema = reviewOutputSchema.superRefine(({ approved, findings }, ctx) => {
  if (!approved && findings.length === 0) {
    ctx.addIssue({ code: 'custom', path: ['approved'], message: 'a change is not refused without a finding' });
  }
  findings.forEach(({ line, quote }, index) => {
    if (line !== undefined && !quote?.trim()) {
      ctx.addIssue({ code: 'custom', path: ['findings', index, 'quote'], message: 'quote the words of that line' });
    }
    if (line === undefined && quote?.trim()) {
      ctx.addIssue({ code: 'custom', path: ['findings', index, 'line'], message: 'say which line it is' });
    }
  });
});
