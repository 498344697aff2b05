import Yams

/// The root of the one document in `text`; empty text is YAML's null.
///
/// - Throws: `TrainingError` in one line where Yams prints an excerpt with a marker under it.
func parseYAML(_ text: String, place: ConfigurationPlace) throws(TrainingError) -> Node {
    do {
        // The encoding is named, or Yams looks through the whole environment for one each time.
        return try compose(yaml: text, .default, .default, .utf8) ?? .scalar(.init("", .implicit, .plain))
    } catch let error as YamlError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            throw place.at(mark).malformed("not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            throw place.at(context.mark).malformed("a key stands twice in one mapping: \(keys.joined(separator: ", "))")
        case .reader(let problem, _, _, _):
            throw place.malformed("not valid YAML: \(problem)")
        default:
            throw place.malformed("not valid YAML: \(error)".replacing("\n", with: " "))
        }
    } catch {
        throw place.malformed("not valid YAML: \(error)".replacing("\n", with: " "))
    }
}
