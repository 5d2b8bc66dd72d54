import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Tooltip } from '@mantine/core'
import { dayOf } from '../../ui/day'
import { formatUtc } from '../../ui/format-time'
import { Tag } from '../../ui/tag'

const soonMs = 60 * 86_400_000

/** Until when credits of the class are good. */
export function ClassValidity({ creditClass }: { creditClass: CreditClass }) {
  const { state, expired, expireTime } = creditClass
  if (expired) return <Tag color="red">Expired</Tag>
  if (state === 'CREDIT_CLASS_STATE_CLOSED') return <Tag color="orange">Closed</Tag>
  if (expireTime === undefined) return <Tag>No expiry</Tag>
  const isSoon = expireTime.getTime() - Date.now() < soonMs
  // The class ends with the moment: its last day is the one before.
  const lastDay = dayOf(new Date(expireTime.getTime() - 1))
  return (
    <Tooltip label={`Expires ${formatUtc(expireTime)}`}>
      <span>
        <Tag color={isSoon ? 'yellow' : 'gray'}>Good until {lastDay}</Tag>
      </span>
    </Tooltip>
  )
}
