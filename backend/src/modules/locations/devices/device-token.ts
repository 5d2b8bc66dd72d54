import { TokenSecrets } from '../../../server/token-secrets.ts'

export const deviceTokenSecrets = new TokenSecrets('fld_')
