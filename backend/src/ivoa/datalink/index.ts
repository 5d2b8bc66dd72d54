export { linksRoute } from './links-route.ts'
