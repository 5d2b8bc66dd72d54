/** How long it is waited for what may pass by itself. */
export interface Patience {
  /** For an image whose registry does not answer. */
  readonly imageMs: number
  /** For a container that its node cannot start. */
  readonly startMs: number
  /** For room on machines and in quotas, since a container of the step started last. */
  readonly roomMs: number
  /** For a pod that is deleted to be gone: its node may be lost. */
  readonly goneMs: number
  /** For a node to end a container whose time is over: what forks and fills its memory dies slowly. */
  readonly overtimeMs: number
  /** For the API server. */
  readonly clusterMs: number
}

export const usualPatience: Patience = {
  imageMs: 60_000,
  startMs: 20_000,
  roomMs: 30 * 60_000,
  goneMs: 90_000,
  overtimeMs: 30_000,
  clusterMs: 10 * 60_000,
}
