export * from './common-prefix.ts';
export * from './count-events.ts';
export * from './faults.ts';
export {
  allText,
  lastUserText,
  type ModelRequest,
  type Protocol,
  type RequestCall,
  type RequestEnd,
  type RequestMessage,
  type RequestToolResult,
  type Route,
  turnOf,
} from './model-request.ts';
export * from './reply.ts';
export * from './script.ts';
export { embeddingOf } from './side-routes.ts';
export * from './start-model-server.ts';
export * from './unused-url.ts';
