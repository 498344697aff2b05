import Foundation
import FoundationXML

/// A document read by an XML parser: what it holds as a reader sees it.
final class Page: NSObject, XMLParserDelegate {
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// Every element's name, in order.
    private(set) var elements: [String] = []
    /// The text of the elements of a name, with what is inside them.
    private var textOf: [String: [String]] = [:]
    private(set) var ids: [String] = []
    /// What `href="#..."` and `url(#...)` point to.
    private(set) var references: [String] = []
    private var open: [(name: String, index: Int)] = []

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        guard parser.parse() else {
            throw Malformed(description: "line \(parser.lineNumber): \(String(describing: parser.parserError))")
        }
    }

    func texts(_ element: String) -> [String] { textOf[element] ?? [] }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.append(name)
        open.append((name, texts(name).count))
        textOf[name, default: []].append("")
        for (attribute, value) in attributes {
            if attribute == "id" { ids.append(value) }
            if attribute.hasSuffix("href") { references.append(String(value.dropFirst())) }
            if value.hasPrefix("url(#") { references.append(String(value.dropFirst(5).dropLast())) }
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        for element in open { textOf[element.name]?[element.index] += string }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }
}
