import { PageHeader } from '../../../ui/page-header'

export default function DeskPage() {
  return <PageHeader title="Credits desk" />
}
