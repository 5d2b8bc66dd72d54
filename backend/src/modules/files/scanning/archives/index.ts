export { ArchiveInspector } from './archive-inspector.ts'
export { needsToBeWhole } from './archive-kind.ts'
export { ArchiveRefused } from './archive-refused.ts'
