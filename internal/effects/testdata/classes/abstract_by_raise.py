"""A method that only raises NotImplementedError stands for its overrides."""
import subprocess


class Task:
    def execute(self):
        raise NotImplementedError

    def start(self):
        return self.execute()


class Shell(Task):
    def execute(self):  # want: subprocess!
        return subprocess.run(["true"])


class Pure(Task):
    def execute(self):  # want:
        return 1


def any_task(task: Task):  # want: subprocess!
    return task.start()


def all_tasks(tasks: list[Task]):  # want: subprocess!
    return [t.execute() for t in tasks]


def pure():  # want:
    return Pure().start()


def shell():  # want: subprocess!
    return Shell().start()
