import ArgumentParser
import AsCLBase
import CommandLineOptions
import ModelWeights
import PretrainedEncoders
import Synchronization

struct WeightsFetch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Download weights, check them, and keep them.",
        discussion: """
            Prints where they are. A download that was broken off goes on where it ended. Of a model of the Hugging Face \
            hub the files come that this program reads; what it cannot read is refused before its weights are fetched.
            """)

    @Argument(help: "A name of `ascl weights list`, or a CLIP or SigLIP of the hub: owner/name or owner/name@revision.")
    var name: String

    @Flag(
        help: """
            Fetch a model of the hub whose licence forbids some uses (research-only, non-commercial) or is one of its own.
            """)
    var acceptLicence = false

    func run() throws {
        let catalogue = WeightsCatalogue()
        if let entry = catalogue.entries.first(where: { $0.name == name }) { return try fetch(entry, from: catalogue) }
        guard name.contains("/") || PretrainedModels.catalogue.contains(where: { $0.name == name }) else {
            let names = catalogue.entries.map(\.name) + PretrainedModels.catalogue.map(\.name)
            throw InputError(
                path: name, place: "catalogue",
                expected: "owner/name of the hub or one of \(names.joined(separator: ", "))",
                found: "no weights of that name")
        }
        let (repository, entry) = try PretrainedModels.model(name)
        print(try fetch(repository, sums: entry?.sums ?? [:]))
    }

    private func fetch(_ entry: PublishedWeights, from catalogue: WeightsCatalogue) throws {
        let cache = WeightsCache()
        if cache.isThere(entry) { return print(cache.path(of: entry)) }
        Terminal.say("\(entry.summary). \(entry.licence)")
        if entry.sha256 == nil {
            Terminal.say("no SHA-256 is published to check it by: use it only if you trust its source")
        }
        let meter = Mutex(ProgressMeter("fetching \(entry.fileName)", unit: "kB"))
        let before = cache.unfinishedByteCount(entry)
        if before > 0 {
            meter.withLock { $0.begin(at: before / 1000, of: (entry.approximateByteCount ?? before) / 1000) }
        }
        let path = try cache.fetch(entry, from: catalogue) { done, total in
            if let total { meter.withLock { $0.update(done / 1000, of: total / 1000) } }
        }
        if let sum = cache.firstSum(of: entry) { Terminal.say(Self.firstSum(entry.fileName, sum)) }
        print(path)
    }

    private func fetch(_ repository: HubRepository, sums: [String: String]) throws -> String {
        let settings = HubSettings()
        if settings.isOffline {
            if let folder = PretrainedModels.cached(repository, settings) { return folder }
            throw InputError(
                path: "\(repository)", place: "HF_HUB_OFFLINE", expected: "the model in \(settings.cache)",
                found: "not all of it; fetch it without HF_HUB_OFFLINE")
        }
        let fetch = try hubFetch(repository, sums, settings)
        if !fetch.missing.isEmpty { try announce(fetch, settings) }
        let meter = Mutex(ProgressMeter("fetching \(repository.name)", unit: "kB"))
        let before = fetch.byteCount - fetch.missingByteCount
        if before > 0, before < fetch.byteCount {
            meter.withLock { $0.begin(at: before / 1000, of: fetch.byteCount / 1000) }
        }
        let firstSums = try fetch.run { folder in
            if let error = PretrainedReport(directory: folder, readsWeights: false).firstError { throw error }
        } progress: { done, total in
            meter.withLock { $0.update(done / 1000, of: total / 1000) }
        }
        for (file, sum) in firstSums.sorted(by: { $0.key < $1.key }) { Terminal.say(Self.firstSum(file, sum)) }
        return fetch.snapshot
    }

    private func hubFetch(
        _ repository: HubRepository, _ sums: [String: String], _ settings: HubSettings
    ) throws(InputError) -> HubFetch {
        do throws(InputError) {
            return try HubFetch(repository, sums: sums, settings: settings)
        } catch {
            guard PretrainedModels.cached(repository, settings) != nil else { throw error }
            throw InputError(
                path: error.path, place: error.place, expected: error.expected,
                found: error.found + "; what was fetched before is here, and HF_HUB_OFFLINE=1 takes it")
        }
    }

    /// Says what is to come under which terms, before it does.
    private func announce(_ fetch: HubFetch, _ settings: HubSettings) throws {
        Terminal.say(
            "\(fetch.repository) (\(fetch.commit.prefix(7))): \(fetch.licence); \(fetch.files.count) files, "
                + "\(Self.size(fetch.byteCount)), of which \(Self.size(fetch.missingByteCount)) are to come")
        guard !fetch.licence.isRestricted || acceptLicence else {
            throw InputError(
                path: "\(fetch.repository)", place: "licence",
                expected: "--accept-licence, for terms that may forbid your use",
                found: "\(fetch.licence): read them at \(settings.endpoint)/\(fetch.repository.name)")
        }
    }

    private static func firstSum(_ file: String, _ sum: String) -> String {
        "\(file): SHA-256 \(sum); none is published, and it is held to this one from now on"
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 1_000_000 ? "\((bytes + 999) / 1000) kB" : "\(bytes / 1_000_000) MB"
    }
}
