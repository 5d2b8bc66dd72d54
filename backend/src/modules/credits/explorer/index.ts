export { creditReads, type ReadsOptions } from './credit-reads.ts'
