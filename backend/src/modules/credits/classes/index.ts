export { type ClassesById, ClassNames, classIn, className } from './class-names.ts'
export { ClassService } from './class-service.ts'
