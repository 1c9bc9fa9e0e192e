/// The commit that this was built from, in twelve digits, or "unknown" outside a repository. The plugin
/// NoteCommit writes the file that says it.
///
/// Never inlined: so when the commit changes, this module is compiled and programs are linked, but nothing
/// above it is compiled again.
@inline(never)
public func buildCommit() -> String { commit }
