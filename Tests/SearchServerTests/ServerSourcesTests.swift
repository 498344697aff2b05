import AsCLBase
import RetrievalFixtures
import Testing

@testable import SearchServer

@Suite struct ServerSourcesTests {
    private func sources(_ yaml: String?, _ environment: [String: String] = [:]) throws -> (
        ServerSources, ScratchFolder
    ) {
        let folder = try ScratchFolder()
        if let yaml { try folder.write(yaml, to: "server.yaml") }
        let file = yaml.map { _ in folder.path + "/server.yaml" }
        return (try ServerSources(file: file, environment: environment), folder)
    }

    @Test func `the environment goes before the file`() throws {
        let (sources, _) = try sources(
            "# a server\nport: 8080\nhost: localhost\nindex: /photos\nunload_after: 2.5\n",
            ["ASCL_SERVE_PORT": "9090", "PATH": "/bin"])
        #expect(sources.text(.host) == "localhost" && sources.text(.index) == "/photos")
        #expect(try sources.number(.port, "a port") { Int($0) } == 9090)
        #expect(try sources.number(.unloadAfter, "minutes") { Double($0) } == 2.5)
        #expect(sources.text(.tokenFile) == nil)
        #expect(try self.sources("").0.text(.port) == nil)
    }

    @Test(arguments: [
        (
            "port: 1\nprot: 2\n",
            "server.yaml: line 2: expected index, store, host, port, token_file, unload_after, found prot"
        ),
        ("- port\n", "server.yaml: YAML: expected a mapping of settings"),
        ("port: [1, 2]\n", "server.yaml: line 1, port: expected a value, found none"),
        ("port:\n", "server.yaml: line 1, port: expected a value"),
        ("port: 1\nport: 2\n", "server.yaml: YAML: expected"),
        ("a: b: c\n", "server.yaml: YAML: expected a mapping of settings"),
    ])
    func `what is no setting is told with its line`(yaml: String, line: String) throws {
        let error = try #require(throws: InputError.self) { _ = try sources(yaml) }
        #expect("\(error)".contains(line), "\(error)")
        #expect(!"\(error)".contains("\n"))
    }

    @Test func `a value that cannot be names who set it`() throws {
        let (file, _) = try sources("host: a\nport: many\n")
        let error = try #require(throws: InputError.self) { _ = try file.number(.port, "a port") { Int($0) } }
        #expect("\(error)".hasSuffix("server.yaml: line 2, port: expected a port, found many"))
        let (variable, _) = try sources(nil, ["ASCL_SERVE_PORT": "x"])
        let other = try #require(throws: InputError.self) { _ = try variable.number(.port, "a port") { Int($0) } }
        #expect("\(other)" == "$ASCL_SERVE_PORT: port: expected a port, found x")
        let unknown = try #require(throws: InputError.self) { _ = try sources(nil, ["ASCL_SERVE_PROT": "1"]) }
        #expect("\(unknown)".hasPrefix("$ASCL_SERVE_PROT: expected ASCL_SERVE_INDEX, "))
    }
}
