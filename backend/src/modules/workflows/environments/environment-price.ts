import type { EnvironmentPrice } from '@fairlead/proto/server/fairlead/workflows/v1/environments'
import { type Payer, payersOf } from '../../credits/index.ts'
import { WORKFLOW_SERVICE } from '../service/service-id.ts'
import type { Database } from '../sql.ts'
import type { EnvironmentRecord } from './environment.ts'

const SECONDS_OF_HOUR = 3600n
/** What somebody would pay who has nothing: for lists that are of no organisation. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** What an hour costs an organisation; undefined where runs are free. */
export type PriceOf = (environment: EnvironmentRecord) => EnvironmentPrice | undefined

/** @param organizationId undefined for the prices as such */
export async function readPrices(database: Database, organizationId: string | undefined): Promise<PriceOf> {
  const payers = await payersOf(database, organizationId ?? NOBODY, WORKFLOW_SERVICE)
  return (environment) => priceIn(environment, payers)
}

/** In the class that would pay for a run of one hour: the choice is the ledger's, by what is available for that long. */
function priceIn(
  { priceFactor }: Pick<EnvironmentRecord, 'priceFactor'>,
  payers: readonly Payer[],
): EnvironmentPrice | undefined {
  const perHour = ({ perTaskSecond }: Payer) =>
    (perTaskSecond * SECONDS_OF_HOUR * BigInt(priceFactor) + 999n) / 1000n
  const good = payers.filter(({ spent }) => !spent)
  const payer =
    good.find((each) => each.perJob + perHour(each) <= each.available + each.free) ?? good[0] ?? payers.at(-1)
  if (payer === undefined) return undefined
  return {
    creditClass: `creditClasses/${payer.code}`,
    unit: payer.unit,
    decimals: payer.decimals,
    perHour: perHour(payer),
    perRun: payer.perJob,
  }
}
