/**
 * Options of Node for every process that takes fixes in. The young generation of the heap grows with what passes
 * through it, to more than a hundred megabytes however little is kept; 16 MiB a half cost no time that can be measured.
 * Images say the same (Dockerfile, NODE_OPTIONS).
 */
export const nodeOptions = ['--max-semi-space-size=16'] as const
