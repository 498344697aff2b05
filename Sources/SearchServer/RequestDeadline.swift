import NIOCore
import NIOHTTPTypes

/// Ends a connection whose request does not arrive whole within a time: one that trickles in would hold its place for ever.
///
/// Requests that do not even get to their headers' end are idle connections to the server, and cut as such.
final class RequestDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let limit: TimeAmount
    private var cut: Scheduled<Void>?

    init(seconds: Double) { limit = .milliseconds(Int64(1000 * seconds)) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            let channel = context.channel
            cut = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        case .body: break
        case .end: cancel()
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { cancel() }

    private func cancel() {
        cut?.cancel()
        cut = nil
    }
}
