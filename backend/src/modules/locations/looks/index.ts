export { LookService } from './look-service.ts'
export { type Look, type LookCursor, looksOfPerson } from './look-store.ts'
export { addShown, type ExportLook, type NewLook, recordExport, recordLook } from './record-look.ts'
