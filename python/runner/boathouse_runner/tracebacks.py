"""Tracebacks as users want them: their own frames only, with paths inside their project."""

import traceback


def own_frames(error, code_folder):
    frames = []
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(code_folder):
            name = frame.filename[len(code_folder) :]
            frames.append(traceback.FrameSummary(name, frame.lineno, frame.name, line=frame.line))
    return frames


def place_of(error, code_folder):
    """(file, line) of the innermost frame of the user's."""
    if isinstance(error, SyntaxError) and (error.filename or "").startswith(code_folder):
        return error.filename[len(code_folder) :], error.lineno or 0
    frames = own_frames(error, code_folder)
    return (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)


def one_line(error):
    """ "ValueError: bad" """
    text = str(error)
    name = type(error).__name__
    return name + ": " + text if text else name


def text_of(error, code_folder, depth=0):
    parts = []
    before = error.__cause__
    words = "The above exception was the direct cause of the following exception:"
    if before is None and not error.__suppress_context__:
        before = error.__context__
        words = "During handling of the above exception, another exception occurred:"
    if before is not None and depth < 5 and own_frames(before, code_folder):
        parts.append(text_of(before, code_folder, depth + 1) + "\n" + words + "\n\n")
    frames = own_frames(error, code_folder)
    if frames:
        parts.append("Traceback (most recent call last):\n")
        parts.extend(traceback.format_list(frames))
    last = "".join(traceback.format_exception_only(type(error), error))
    parts.append(last.replace(code_folder, ""))
    return "".join(parts)
