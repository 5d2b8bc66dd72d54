import type { JobPrice } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Anchor, Text } from '@mantine/core'
import { IconCoins } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { CurrentOrganization } from '../../app/organization'
import { Notice } from '../../ui/notice'
import { credits, priceText, wouldWait } from './charge-words'

/** What a quote says of its price, as facts. */
export function priceFacts(price: JobPrice): (readonly [string, React.ReactNode])[] {
  return [
    ['Cost', priceText(price)],
    ...(price.free > 0n ? [['Free use', `${credits(price.free, price)} of it at most`] as const] : []),
    ['Available', `${credits(price.available, price)} of ${price.creditClassDisplayName}`],
  ]
}

/** Said before a job is submitted that would wait. */
export function WaitWarning({ price, organization }: { price: JobPrice; organization: CurrentOrganization }) {
  if (!wouldWait(price)) return null
  const mayTrade = organization.may('credits.trade')
  return (
    <Notice color="grape" icon={IconCoins} title="The job would wait" data-testid="would-wait">
      <Text size="sm">
        {credits(price.atMost, price)} are set aside when it is submitted, and{' '}
        {credits(price.available, price)} are available. It is held until there are enough, and then goes on
        by itself.
      </Text>
      <Text size="sm" mt={6}>
        {mayTrade ? (
          <Anchor component={Link} to={`${organization.path}/transfers/new`} inherit>
            Buy credits
          </Anchor>
        ) : (
          'Your treasurer can buy credits.'
        )}
      </Text>
    </Notice>
  )
}
