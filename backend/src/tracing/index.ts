export {
  type Attributes,
  activeSpan,
  activeTraceparent,
  quietly,
  reasonOf,
  type Span,
  sampledSpan,
  traced,
  within,
} from './span.ts'
export { openTracing, type TraceSettings, type Tracing } from './tracing.ts'
