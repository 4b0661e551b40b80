"""Text of natural language from Debian packages: (language, source, line) for every line worth counting.

Standard library only. A package is an `ar` archive with a compressed tar inside; message catalogues are GNU gettext's binary form.
"""
import html
import io
import re
import struct
import tarfile

# The locale names of catalogues, and what this project calls the language.
LOCALES = {
    "ar": "ar", "bg": "bg", "ca": "ca", "cs": "cs", "da": "da", "de": "de", "en_GB": "en", "es": "es", "et": "et", "fa": "fa", "fi": "fi", "fr": "fr",
    "hi": "hi", "hr": "hr", "hu": "hu", "id": "id", "it": "it", "lt": "lt", "lv": "lv", "mr": "mr", "ms": "ms", "nb": "no", "ne": "ne", "nl": "nl",
    "no": "no", "pl": "pl", "pt": "pt", "pt_BR": "pt", "pt_PT": "pt", "ro": "ro", "ru": "ru", "sk": "sk", "sl": "sl", "sr": "sr", "sr@latin": "sr",
    "sv": "sv", "sw": "sw", "tl": "tl", "tr": "tr", "uk": "uk", "ur": "ur", "vi": "vi",
}

# Texts of the text entry program Dasher, by the language in their names.
DASHER = {
    "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr", "german": "de", "hungarian": "hu", "italian": "it",
    "persian": "fa", "polish": "pl", "portuguese": "pt", "russian": "ru", "spanish": "es", "swahili": "sw", "swedish": "sv", "turkish": "tr",
}

FORTUNES = {"fortunes": "en", "fortunes-br": "pt", "fortunes-bg": "bg", "fortunes-de": "de", "fortunes-es": "es", "fortunes-it": "it", "fortunes-pl": "pl", "fortunes-ru": "ru"}

# Word lists of packages: file name and language.
WORD_LISTS = {"hunspell-sw": ("sw_TZ.dic", "sw"), "hunspell-id": ("id_ID.dic", "id"), "hunspell-no": ("nb_NO.dic", "no"), "aspell-tl": ("tl.cwl.gz", "tl")}

MARKUP = re.compile(r"<[^<>]{0,300}>|&[#\w]{1,10};|%[-+ #0-9.$]*\w|\{[^{}]*\}|\$\w+|\[/?\w[^\[\]]*\]|\\\w|https?://\S+|\S+@\S+|\S*[/\\_=]\S*|--?\w[\w-]*")


def lines(deb, package):
    """Every (language, source, line) of a package file; the source is the kind of text, which trainers weigh."""
    seen = set()
    for name, data in members(deb):
        for language, source, line in file_lines(package, name, data):
            line = line.strip()
            if line and (language, line) not in seen:
                seen.add((language, line))
                yield language, source, line


def members(deb):
    """Files of a .deb: (path, bytes)."""
    with open(deb, "rb") as file:
        assert file.read(8) == b"!<arch>\n", f"{deb} is no Debian package"
        while header := file.read(60):
            name, size = header[:16].decode().strip(" /"), int(header[48:58])
            body = file.read(size + size % 2)[:size]
            if not name.startswith("data.tar"):
                continue
            with tarfile.open(fileobj=io.BytesIO(body), mode="r:*") as archive:
                for member in archive:
                    if member.isfile() and wanted(member.name):
                        yield member.name, archive.extractfile(member).read()


def wanted(path):
    return bool(re.search(r"\.mo$|/training_\w+\.txt$|/Text\.php$|/games/fortunes/[^.]+(/[^.]+)?$|\.words$|\.dic$|\.cwl\.gz$|/(debian-handbook|installation-guide)[^/]*/.*\.html$|/share/help/.*\.page$", path))


def file_lines(package, path, data):
    if path.endswith(".mo"):
        return catalogue_lines(package, path, data)
    if "/training_" in path:
        name = re.search(r"/training_([a-z]+)", path)[1]
        return plain(DASHER[name], "prose", decode(data)) if name in DASHER else ()
    if path.endswith("/Text.php"):
        match = re.search(r"/([a-z]{2})_[A-Z]{2}/Text\.php$", path)
        return plain(LOCALES[match[1]], "prose", faker(decode(data))) if match and match[1] in LOCALES else ()
    if "/games/fortunes/" in path:
        return plain(fortune_language(package, path), "prose", decode(data)) if fortune_language(package, path) else ()
    if path.endswith(".words"):
        name = re.search(r"/(\w+)\.words$", path)[1]
        language = LOCALES.get(name) or LOCALES.get(name.split("_")[0])
        return plain(language, "words", decode(data)) if language else ()
    if package in WORD_LISTS:
        name, language = WORD_LISTS[package]
        return word_list(language, path, data) if path.endswith("/" + name) else ()
    if path.endswith((".html", ".page")):
        match = re.search(r"/(?:help|html)/([a-z]{2}(?:[_-][A-Z]{2})?)/|installation-guide[^/]*/([a-z]{2}(?:[._-][A-Za-z]{2})?)/", path)
        language = match and LOCALES.get((match[1] or match[2]).replace("-", "_").replace(".", "_"))
        return plain(language, "manual", html.unescape(re.sub(r"(?s)<(script|style|pre|code|screen)\b.*?</\1>|<[^>]*>", " ", decode(data)))) if language else ()
    return ()


def fortune_language(package, path):
    if package == "fortunes-cs":
        return "sk" if re.search(r"/[^/]*slovak|/sk", path) else "cs"
    return FORTUNES.get(package)


def catalogue_lines(package, path, data):
    """Translations, and their English originals; what was left untranslated is no text of the language."""
    match = re.search(r"/([A-Za-z_@]+)/LC_MESSAGES/", path)
    language = match and (LOCALES.get(match[1]) or LOCALES.get(re.sub(r"_[A-Z]{2}$", "", match[1])))
    if not language:
        return
    source = "prose" if package.startswith(("wesnoth", "gbrainy", "tuxpaint")) else "program"
    for original, translation in catalogue(data):
        original, translation = clean(original), clean(translation)
        if len(original.split()) >= 4 and language == "de":
            yield "en", source, original
        words, english = translation.lower().split(), set(original.lower().split())
        if len(words) >= 3 and (language == "en" or sum(word in english for word in words) * 3 < len(words)):
            yield language, source, translation


def catalogue(data):
    """(msgid, msgstr) pairs of a binary message catalogue; of plurals each form is a line."""
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, originals, translations = struct.unpack_from(order + "3I", data, 8)
    for i in range(count):
        texts = []
        for table in (originals, translations):
            length, offset = struct.unpack_from(order + "2I", data, table + 8 * i)
            texts.append(data[offset:offset + length].decode("utf-8", "replace").split("\x04")[-1].replace("\0", "\n"))
        if texts[0]:
            yield texts


def clean(text):
    return MARKUP.sub(" ", text.replace("\\n", " ").replace("\n", " ")).replace("_", "")


def plain(language, source, text):
    for line in text.splitlines():
        line = clean(line)
        if source == "words" or len(line.split()) >= 3:
            yield language, source, line


def faker(php):
    """The book inside a PHP class: the text of its <<<'EOT' block."""
    match = re.search(r"(?s)<<<'?\"?(\w+)'?\"?\n(.*?)\n\s*\1;", php)
    return match[2] if match else ""


def word_list(language, path, data):
    if path.endswith(".gz"):
        import gzip
        words, word = [], b""
        raw = gzip.decompress(data)
        # prezip: each word says how much of the one before it keeps.
        i = 0
        while i < len(raw):
            end = i + 1
            while end < len(raw) and raw[end] >= 32:
                end += 1
            keep = raw[i]
            word = word[:keep - 1 if keep else 0] + raw[i + 1:end]
            words.append(word.decode("utf-8", "replace"))
            i = end
        return ((language, "words", w) for w in words)
    return ((language, "words", line.split("/")[0]) for line in decode(data).splitlines()[1:])


def decode(data):
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass
    return data.decode("latin-1")
