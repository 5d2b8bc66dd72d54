import type { ValueTransformer } from 'typeorm'

/** For entity columns of type int8: bigint in the program, because a number loses digits past 2^53. */
export const int8: ValueTransformer = {
  from: (value: string | null): bigint | null => (value === null ? null : BigInt(value)),
  to: (value: bigint | null | undefined): string | null | undefined =>
    typeof value === 'bigint' ? value.toString() : value,
}
