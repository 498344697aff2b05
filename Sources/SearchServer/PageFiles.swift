import AsCLBase
import Foundation
import HTTPTypes
import Hummingbird

/// The page and what belongs to it, as they stand in the program.
enum PageFiles {
    /// What may be asked for, under which address.
    static let all: [(address: RouterPath, bytes: [UInt8], mediaType: String)] = [
        ("/", PackageResources.page_html, "text/html; charset=utf-8"),
        ("/page.css", PackageResources.page_css, "text/css; charset=utf-8"),
        ("/page.js", PackageResources.page_js, "text/javascript; charset=utf-8"),
        ("/words.js", PackageResources.words_js, "text/javascript; charset=utf-8"),
        ("/api/openapi.json", PackageResources.openapi_json, "application/json; charset=utf-8"),
    ]

    /// The page loads from this server alone, and nobody may frame it.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    static func addRoutes(to router: Router<BasicRequestContext>) {
        for (address, bytes, mediaType) in all {
            let tag = "\"\(bytes.withUnsafeBytes { ContentDigest(of: $0) }.hexadecimal)\""
            let body = ByteBuffer(bytes: bytes)
            let headers: HTTPFields = [
                .contentType: mediaType, .eTag: tag, .cacheControl: "no-cache", .contentSecurityPolicy: policy,
            ]
            router.get(address) { request, _ in
                request.headers[.ifNoneMatch] == tag
                    ? Response(status: .notModified, headers: headers)
                    : Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
            }
        }
    }
}
