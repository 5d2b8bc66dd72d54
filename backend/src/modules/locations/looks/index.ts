export { addShown, type NewLook, recordLook } from './record-look.ts'
