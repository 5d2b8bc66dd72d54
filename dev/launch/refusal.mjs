/** A failure whose message is one sentence that tells the reader what to do; shown without a stack. */
export class Refusal extends Error {}
